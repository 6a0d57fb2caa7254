"""The technician's command line for Sitter units."""
