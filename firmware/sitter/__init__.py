"""The pure core of Sitter: bytes and values in, values out. No I/O, no clock, no tasks."""

VERSION = "0.1.0"
