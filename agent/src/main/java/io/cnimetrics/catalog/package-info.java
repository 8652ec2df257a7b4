/** The table of all metrics, and how samples are computed from a snapshot. */
@NullMarked
package io.cnimetrics.catalog;

import org.jspecify.annotations.NullMarked;
