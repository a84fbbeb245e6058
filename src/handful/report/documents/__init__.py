"""Documents for regulators and protocols: written once as blocks, set as HTML, PDF, Word and Markdown."""
