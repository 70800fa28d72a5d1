"""Run notebooks again, in place: `python -m tests.book.execute book/gradient_flow.ipynb ...`.

Executing twice gives the same bytes: no timings are recorded, nor which Python it was.
"""

import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from tqdm import tqdm

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE = {"name": "python", "pygments_lexer": "ipython3", "file_extension": ".py", "mimetype": "text/x-python"}


def execute(path: Path) -> None:
    """Run one notebook alone, top to bottom, and store its outputs in it."""
    notebook = nbformat.read(path, as_version=4)
    cells = sum(cell.cell_type == "code" for cell in notebook.cells)
    with tqdm(total=cells, desc=str(path), unit="cell", disable=None) as bar:
        client = NotebookClient(
            notebook,
            kernel_name="python3",
            timeout=600,
            record_timing=False,
            # How a kernel cuts its output into messages is a matter of timing.
            coalesce_streams=True,
            # Some ipykernels warn, at every start, of a transport that never leaves the machine.
            extra_arguments=["--IPKernelApp.log_level=40"],
            resources={"metadata": {"path": str(path.parent)}},
            on_cell_executed=lambda **_: bar.update(),
        )
        client.execute()
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": LANGUAGE})
    nbformat.write(notebook, path)


def main(arguments: list[str]) -> int:
    """Execute the named notebooks; a failing one keeps its old outputs, and the others still run."""
    paths = [Path(argument) for argument in arguments]
    missing = [str(path) for path in paths if not path.is_file()]
    if missing or not paths:
        print(f"execute: no such notebook: {', '.join(missing) or 'none was named'}", file=sys.stderr)
        return 2
    failed = []
    for path in paths:
        start = time.monotonic()
        try:
            execute(path)
        except CellExecutionError as error:
            failed.append(path)
            print(f"{path}: failed, and was left as it was.\n{error}", file=sys.stderr)
        else:
            print(f"{path}: {time.monotonic() - start:.1f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
