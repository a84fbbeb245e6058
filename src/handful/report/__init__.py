"""Documents: one self-contained HTML file in which a comparison explains itself."""
