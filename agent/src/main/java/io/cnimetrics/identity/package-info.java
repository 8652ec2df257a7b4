/** The name, cluster and region of this node, and the source of each of these values. */
@NullMarked
package io.cnimetrics.identity;

import org.jspecify.annotations.NullMarked;
