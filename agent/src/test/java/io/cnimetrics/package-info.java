/** Tests of the whole agent: architecture, recorded nodes, examples of AWS's documentation. */
@NullMarked
package io.cnimetrics;

import org.jspecify.annotations.NullMarked;
