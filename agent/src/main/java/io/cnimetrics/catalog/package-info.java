/** The table of all metrics, and the computation of samples from snapshots. */
@NullMarked
package io.cnimetrics.catalog;

import org.jspecify.annotations.NullMarked;
