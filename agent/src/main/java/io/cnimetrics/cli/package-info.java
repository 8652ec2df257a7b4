/** The commands with their flags, exit codes and output. */
@NullMarked
package io.cnimetrics.cli;

import org.jspecify.annotations.NullMarked;
