/** The command line: commands, flags, exit codes, standard output. */
@NullMarked
package io.cnimetrics.cli;

import org.jspecify.annotations.NullMarked;
