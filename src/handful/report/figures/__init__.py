"""The figures of a report, one module each: a drawing, its description in words, and its data as a table."""
