package dev.quern.cpu;

/**
 * The numbers of Philox 4x32-10, as in {@link dev.quern.kernels.Philox}, which draws single words
 * and is what both loops here are tested against. Source: Salmon et al., SC 2011, section 4.3.
 */
final class PhiloxConstants {
  static final long MULTIPLIER_0 = 0xD2511F53L;
  static final long MULTIPLIER_1 = 0xCD9E8D57L;
  static final int WEYL_0 = 0x9E3779B9;
  static final int WEYL_1 = 0xBB67AE85;
  static final int ROUNDS = 10;

  private PhiloxConstants() {}
}
