"""How the demo models and the sample pictures were made: drawn scenes with known attributes, captions and training.

Run `python -m assets.training.train_clip`, `python -m assets.training.train_captioner` and
`python -m assets.training.make_samples`. Every picture is drawn from a seed, so no data set is downloaded.
"""
