/** Tests of the whole: architecture, recorded nodes, documents' cases. */
@NullMarked
package io.cnimetrics;

import org.jspecify.annotations.NullMarked;
