"""The pipeline's stages, one file each: read parameters, read inputs, call `nn`, write outputs.

NumPy's BLAS works on one thread, unless the environment says otherwise. The products of a
mini-batch are so short that threads wait for each other longer than they calculate, and many times
as long where other programs run beside. What is independent is dealt out to processes instead.
"""

import os

BLAS_THREADS = (  # one of these is read when NumPy is loaded, which is later than this file
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
os.environ.update({name: os.environ.get(name, "1") for name in BLAS_THREADS})
