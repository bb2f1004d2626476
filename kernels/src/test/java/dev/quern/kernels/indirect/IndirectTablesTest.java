package dev.quern.kernels.indirect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The order in which a product goes through its rows. */
final class IndirectTablesTest {

  @Test
  void rowsOfATileAreFollowedByThoseOfTheNextOne() {
    IndirectTables tables = tables(6).interleaved(2, 3);
    assertThat(tables.rows()).containsExactly(0, 30, 10, 40, 20, 50);
    assertThat(tables.outs()).containsExactly(0, 3, 1, 4, 2, 5);
    assertThat(tables.steps()).containsExactly(0, 0, 1, 7);
  }

  @Test
  void rowsThatFillNoBlockStayWhereTheyAre() {
    IndirectTables tables = tables(9).interleaved(2, 2);
    assertThat(tables.outs()).containsExactly(0, 2, 1, 3, 4, 6, 5, 7, 8);
    assertThat(tables(3).interleaved(2, 2).outs()).containsExactly(0, 1, 2);
    assertThat(tables(0).interleaved(6, 0).outs()).isEmpty();
  }

  private static IndirectTables tables(int rows) {
    return new IndirectTables(
        IndirectTables.regular(rows, 10),
        IndirectTables.regular(rows, 1),
        IndirectTables.regularSteps(2, 1, 7));
  }
}
