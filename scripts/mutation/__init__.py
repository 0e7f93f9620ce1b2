"""Mutation testing: faults that can be put into a module, and whether tests notice one."""
