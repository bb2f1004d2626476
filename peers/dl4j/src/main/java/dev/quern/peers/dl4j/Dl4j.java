package dev.quern.peers.dl4j;

import dev.quern.bench.peers.Digits;
import dev.quern.bench.peers.InferenceRun;
import dev.quern.bench.peers.Peer;
import dev.quern.bench.peers.TrainingRun;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import org.nd4j.linalg.factory.Environment;
import org.nd4j.linalg.factory.Nd4j;

/** Deeplearning4j on ND4J's native backend with oneDNN. */
public final class Dl4j implements Peer {

  /** Maven writes it into the jar. */
  private static final String BUILD = "/META-INF/maven/org.nd4j/nd4j-api/pom.properties";

  /** Takes all processors. */
  public Dl4j() {
    int processors = Runtime.getRuntime().availableProcessors();
    Environment environment = Nd4j.getEnvironment();
    environment.setMaxThreads(processors);
    environment.setMaxMasterThreads(processors);
  }

  @Override
  public String version() {
    Properties build = new Properties();
    try (InputStream in = Nd4j.class.getResourceAsStream(BUILD)) {
      if (in != null) {
        build.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return build.getProperty("version", "unknown");
  }

  @Override
  public TrainingRun training(Digits digits) {
    return new NetworkTraining(digits);
  }

  @Override
  public InferenceRun inference(Digits digits) {
    return new NetworkInference(digits);
  }
}
