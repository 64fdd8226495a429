"""`python -m pipelines` is `wengang`."""

from pipelines.cli import main

if __name__ == "__main__":
    main()
