"""The benchmark: what the attacks and a training step cost, as ratios within one run.

    python -m helpers.runner.bench            every row, some minutes on one core; reports/bench.csv
    python -m helpers.runner.bench --quick    few repetitions, fewer images

Rows of two kinds. *Bare passes*: an attack or a training step against the forward and backward passes it cannot do
without, on the same network and images; always run. *Libraries*: the same attack by five independent libraries; each is
left out, with a message, where it is not installed. They pin old versions of what they need, so install them without
their dependencies (into a folder of their own with `--target DIR`, and PYTHONPATH=DIR):

    pip install --no-deps foolbox eagerpy GitPython gitdb smmap
    pip install --no-deps torchattacks
    pip install --no-deps cleverhans
    pip install --no-deps adversarial-robustness-toolbox
    pip install "setuptools<81" wheel && pip install --no-deps --no-build-isolation visdom
    pip install --no-deps adv-lib

Method. One thread, one process. The sides of a row take turns (A B C A B C ...), after one round that is not counted;
`ratio` is the ratio of the medians, `ratio_min` that of the minima. Seconds are processor seconds of this process: the
time other programs take does not count, but they still empty the caches, which costs short calls most (the MLP's step),
so quote numbers from a quiet machine. Compare ratios, never seconds of different runs. The bare passes of attacks run
on a copy of the network that is already frozen; the attack gets the network as training left it.

Columns of bench.csv
    what                      the computation, its budget and its batch; in the rows of libraries also the norm
    ours, other               the two sides: a function of this package, and the bare passes or a library
    ratio, ratio_min          seconds of ours / seconds of other: medians, minima; below 1 ours is faster
    target                    what `ratio` should not exceed
    holds                     yes, if ratio <= target; against a library also: our success share is at most 0.01 lower
                              and, for DeepFool and FMN, our mean norm at most 0.5 % larger
    seconds_ours, _other      median processor seconds of one call on all images
    success_ours, _other      share of the images whose answer is no longer the label (libraries only)
    mean_norm_ours, _other    mean norm of the successful perturbations after clipping (libraries only)
    gradient_evaluations_*    backward passes per image, counted from outside on the network's output; a pass over
                              finished images counts, a training step's weight gradient counts as one
    images, repeats           images of one call; repetitions of each side
    threads, hardware, versions
"""
