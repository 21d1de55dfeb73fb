"""Where long work runs: in processes on this machine, or on a Dask cluster; never its result."""
