"""Compare, choose and run clinical trial designs for small populations."""
