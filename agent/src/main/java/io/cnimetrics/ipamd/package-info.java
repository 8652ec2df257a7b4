/** The two sources on the node: introspection and the metrics text of ipamD. */
@NullMarked
package io.cnimetrics.ipamd;

import org.jspecify.annotations.NullMarked;
