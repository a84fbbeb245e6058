"""What we may do: one file a family of designs, all on the contract of `designs.base`."""
