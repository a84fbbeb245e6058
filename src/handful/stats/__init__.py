"""Statistical methods as pure functions: numbers and arrays in, numbers and arrays out."""
