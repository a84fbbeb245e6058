"""What may be true: populations with their potential outcomes, recruitment and manufacture."""
