"""HTTP and MCP interfaces: the page, REST and the Model Context Protocol, behind one set of limits and guards."""
