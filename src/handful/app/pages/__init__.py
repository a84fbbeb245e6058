"""The pages: each module registers one."""
