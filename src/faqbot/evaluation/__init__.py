"""Question files and the ask function go in, figures come out."""
