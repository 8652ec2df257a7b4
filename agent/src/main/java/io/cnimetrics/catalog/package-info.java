/** The one table of all metrics, and the way from a snapshot to samples. */
@NullMarked
package io.cnimetrics.catalog;

import org.jspecify.annotations.NullMarked;
