/**
 * Runs as one page to look at: {@link dev.quern.bench.page.HtmlPage}. Charts are drawn here as HTML
 * and SVG; skeleton, style and the script that sorts are resources.
 */
@NullMarked
package dev.quern.bench.page;

import org.jspecify.annotations.NullMarked;
