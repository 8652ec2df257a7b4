/** Fakes and fixtures that several tests share. */
@NullMarked
package io.cnimetrics.testing;

import org.jspecify.annotations.NullMarked;
