"""Speed and memory of handful, measured as ratios on the machine at hand: `python -m benchmarks`, or asv."""
