"""Long statistical studies with numeric verdicts, each traced to a stated requirement: the open validation pack."""
