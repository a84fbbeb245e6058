"""Compare, choose and explain: from operating characteristics to a design with its reasons."""
