package io.cnimetrics.cli;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Objects;
import java.util.zip.ZipException;

/** Errors of files, in words. */
final class FileError {
  private FileError() {}

  /** The reason why a file or a directory cannot be used, without the names of Java classes. */
  static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file";
    } else if (e instanceof NotDirectoryException || e instanceof FileAlreadyExistsException) {
      return "not a directory";
    } else if (e instanceof AccessDeniedException) {
      return "permission denied";
    } else if (e instanceof EOFException) {
      return "the gzip file is cut short";
    } else if (e instanceof ZipException) {
      return "the gzip file is damaged";
    }
    String message = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
    return Objects.requireNonNullElse(message, "unknown reason");
  }
}
