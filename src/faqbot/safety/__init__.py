"""Messages go in, an Alert comes out."""
