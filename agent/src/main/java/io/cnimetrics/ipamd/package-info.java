/** The two sources on the node: ipamD's introspection and its Prometheus text. */
@NullMarked
package io.cnimetrics.ipamd;

import org.jspecify.annotations.NullMarked;
