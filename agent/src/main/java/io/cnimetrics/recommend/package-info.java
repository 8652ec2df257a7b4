/** Recommends ipamD's warm targets from the metrics of the last days. */
@NullMarked
package io.cnimetrics.recommend;

import org.jspecify.annotations.NullMarked;
