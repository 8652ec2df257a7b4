@NullMarked
package io.cnimetrics.cli;

import org.jspecify.annotations.NullMarked;
