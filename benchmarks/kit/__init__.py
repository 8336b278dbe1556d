"""What the benchmarks share: a service of its own, Google on loopback, load, CPU times."""
