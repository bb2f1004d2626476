package dev.quern.core;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/**
 * The result of probing every backend on the class path once: which devices can be used, in order
 * of preference (CUDA GPU, OpenCL GPU, CPU, OpenCL on a CPU), and why each other cannot.
 */
public final class Detection {
  /** The name that leaves the choice to {@link #best}. */
  public static final String AUTO = "auto";

  private final List<Probe> probes;
  private final List<AvailableDevice> devices;

  private Detection(List<Probe> probes, List<AvailableDevice> devices) {
    this.probes = List.copyOf(probes);
    this.devices = List.copyOf(devices);
  }

  /** Probes every backend that the class path offers. Takes as long as the drivers take to load. */
  public static Detection detect() {
    return detect(AUTO);
  }

  /**
   * Probes what is needed to answer {@link #require}: one backend if the id names it, else all.
   *
   * @param id as for {@link #require}
   */
  public static Detection detect(String id) {
    List<BackendProvider> providers = new ArrayList<>();
    List<Probe> broken = new ArrayList<>();
    Iterator<BackendProvider> found =
        ServiceLoader.load(BackendProvider.class, Detection.class.getClassLoader()).iterator();
    while (true) {
      try {
        if (!found.hasNext()) {
          break;
        }
        providers.add(found.next());
      } catch (ServiceConfigurationError | LinkageError e) {
        broken.add(
            Probe.unavailable(
                "unknown", "a backend on the class path cannot be loaded: " + e, e, List.of()));
      }
    }
    return of(needed(providers, id), broken);
  }

  /** The backend that an id names; all of them for {@code auto} and for names of none. */
  static List<BackendProvider> needed(List<BackendProvider> providers, String id) {
    String backend = backendOf(id);
    List<BackendProvider> named =
        providers.stream().filter(provider -> provider.name().equals(backend)).toList();
    return named.isEmpty() ? providers : named;
  }

  private static String backendOf(String id) {
    return id.contains(":") ? id.substring(0, id.indexOf(':')) : id;
  }

  static Detection of(List<BackendProvider> providers, List<Probe> broken) {
    List<Probe> probes = new ArrayList<>();
    List<AvailableDevice> devices = new ArrayList<>();
    for (BackendProvider provider :
        providers.stream()
            .sorted(Comparator.comparingInt(BackendProvider::priority).reversed())
            .toList()) {
      Probe probe = provider.probe();
      probes.add(probe);
      probe.devices().stream()
          .filter(DeviceInfo::usable)
          .forEach(info -> devices.add(new AvailableDevice(info, provider)));
    }
    probes.addAll(broken);
    devices.sort(Comparator.comparing(d -> d.info().kind())); // stable: keeps the priorities
    return new Detection(probes, devices);
  }

  /** Every backend's answer, by falling priority. */
  public List<Probe> probes() {
    return probes;
  }

  /** Every usable device, best first. */
  public List<AvailableDevice> devices() {
    return devices;
  }

  /**
   * The device that automatic choice takes.
   *
   * @throws BackendUnavailableException if no backend works here
   */
  public AvailableDevice best() {
    if (devices.isEmpty()) {
      throw new BackendUnavailableException("no device can be used: " + reasons(probes), null);
    }
    return devices.get(0);
  }

  /**
   * The device with this id, and no other: {@code cpu}, {@code opencl:1}, a backend's bare name for
   * its first usable device, or {@code auto} for {@link #best}.
   *
   * @throws BackendUnavailableException if it is unknown or unusable, with the reason
   */
  public AvailableDevice require(String id) {
    if (id.equals(AUTO)) {
      return best();
    }
    for (AvailableDevice device : devices) {
      if (device.info().id().equals(id) || device.info().backend().equals(id)) {
        return device;
      }
    }
    throw refusal(id);
  }

  private BackendUnavailableException refusal(String id) {
    for (Probe probe : probes) {
      for (DeviceInfo info : probe.devices()) {
        if (info.id().equals(id)) {
          return new BackendUnavailableException(
              id + " cannot be used: " + info.unusableBecause(), probe.cause());
        }
      }
    }
    String backend = backendOf(id);
    for (Probe probe : probes) {
      if (probe.backend().equals(backend)) {
        return new BackendUnavailableException(
            probe.available()
                ? "there is no device " + id + "; usable devices: " + ids()
                : id + " cannot be used: " + probe.reason(),
            probe.cause());
      }
    }
    return new BackendUnavailableException(
        "there is no device " + id + "; usable devices: " + ids(), null);
  }

  /**
   * One line about the automatic choice: what {@link #best} is, and why each backend before it was
   * passed over.
   */
  public String report() {
    AvailableDevice best = best();
    List<Probe> passed = probes.stream().filter(p -> !p.available()).toList();
    return "chose "
        + best.info().id()
        + " ("
        + best.info().name()
        + ")"
        + (passed.isEmpty() ? "" : "; " + reasons(passed));
  }

  private String ids() {
    return devices.isEmpty()
        ? "none"
        : devices.stream().map(d -> d.info().id()).collect(Collectors.joining(", "));
  }

  private static String reasons(List<Probe> probes) {
    return probes.isEmpty()
        ? "there is no backend on the class path"
        : probes.stream()
            .map(p -> p.backend() + ": " + p.reason())
            .collect(Collectors.joining("; "));
  }
}
