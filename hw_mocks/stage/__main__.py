"""`python -m hw_mocks.stage`."""

from hw_mocks.stage.start import run

if __name__ == "__main__":
    run()
