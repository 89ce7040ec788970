"""The file system as pyiceberg sees it: whatever it writes is on disk before it goes on."""

from __future__ import annotations

from pyiceberg.io import FileIO, InputFile, InputStream, OutputFile, OutputStream

from headwater.lake.file_io import AtomicFile, local_path


class LocalFile(InputFile, OutputFile):
    """A file on this machine, to read or to write."""

    def __len__(self) -> int:
        return local_path(self.location).stat().st_size

    def exists(self) -> bool:
        return local_path(self.location).is_file()

    def open(self, seekable: bool = True) -> InputStream:
        return local_path(self.location).open("rb")

    def create(self, overwrite: bool = False) -> OutputStream:
        return AtomicFile(local_path(self.location), overwrite=overwrite)

    def to_input_file(self) -> LocalFile:
        return self


class DurableFileIO(FileIO):
    """Reads and writes local files; a file that was closed survives a power loss."""

    def new_input(self, location: str) -> InputFile:
        return LocalFile(location)

    def new_output(self, location: str) -> OutputFile:
        return LocalFile(location)

    def delete(self, location: str | InputFile | OutputFile) -> None:
        local_path(location if isinstance(location, str) else location.location).unlink()
