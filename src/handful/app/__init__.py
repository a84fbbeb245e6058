"""The local web app: pages are thin, everything they show is also JSON, and nothing comes from outside the machine."""
