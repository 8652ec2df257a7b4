package io.cnimetrics.publish;

import static io.cnimetrics.testing.Snapshots.START;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cnimetrics.publish.MetricSink.Datum;
import io.cnimetrics.testing.OwnJvm;
import io.cnimetrics.testing.RecordedLog;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Faults of the state directory: a full disk, removed files, and files that are no state. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class StateDirectoryTest {
  private static final String OUTSIDE = "not the agent's file";

  @TempDir Path directory;

  private final List<Path> mounted = new ArrayList<>();
  private RecordedLog log;

  @BeforeEach
  void record() {
    log = new RecordedLog(Journal.class.getName());
  }

  @AfterEach
  void close() throws IOException, InterruptedException {
    log.close();
    for (Path disk : mounted) {
      succeed("umount", "--lazy", disk.toString());
    }
  }

  @Test
  void directoryIsInUseWhileAnotherProcessHasItsLock() throws Exception {
    assertThat(MetricBuffer.isInUse(directory.resolve("missing"))).isFalse();
    BufferFixture fixture = BufferFixture.in(directory, START);
    assertThat(OwnJvm.lines(OwnJvm.of(List.of(), PrintInUse.class, List.of(directory.toString()))))
        .containsExactly("true");

    fixture.buffer.close();
    assertThat(MetricBuffer.isInUse(directory)).isFalse();
  }

  /** A process may not ask about a directory that it uses itself. */
  static final class PrintInUse {
    private PrintInUse() {}

    public static void main(String[] arguments) {
      System.out.println(MetricBuffer.isInUse(Path.of(arguments[0])));
    }
  }

  @Test
  void stateThatDoesNotFitOnTheDiskLeavesNoOutdatedState() throws Exception {
    // A limit of 8 or 16 KiB for each file acts like a full disk, and needs no special rights.
    Process process =
        new ProcessBuilder(
                "sh",
                "-c",
                "ulimit -f 16; exec \"$0\" \"$@\"",
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                KeepInSmallFiles.class.getName(),
                directory.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);

    assertThat(process.waitFor()).as(output).isEqualTo(9);
    assertThat(output.lines().filter(line -> line.contains("state cannot be kept on disk")))
        .singleElement()
        .asString()
        .contains("a restart would lose pending minutes", "state_dir=" + directory);
    BufferFixture next = BufferFixture.in(directory, at(3_610));
    assertThat(next.buffer.depth().minutes()).isZero();
    assertThat(next.buffer.history().totals()).isEmpty();
  }

  @Test
  void fullDiskHasRoomForTheStateInPlaceOfTheOldOne() throws Exception {
    Path disk = disk("256k");
    BufferFixture fixture = BufferFixture.in(disk, START).poll(at(10), 4).poll(at(70), 5);
    for (int second = 72; second < 132; second += 2) {
      fixture.poll(at(second), 5);
    }
    fill(disk);
    fixture.poll(at(134), 7);
    fixture.buffer.close();

    BufferFixture next = BufferFixture.in(disk, at(140)).poll(at(150), 9);
    assertThat(increases(next, at(185))).containsExactly(1.0, 4.0);
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void stateIsKeptAgainWhenTheFullDiskHasRoom() throws Exception {
    Path disk = disk("64k");
    BufferFixture fixture = BufferFixture.in(disk, START);
    for (int minute = 0; minute < 20; minute++) {
      fixture.poll(at(60L * minute + 10), minute);
    }
    // The state and the outdated entries leave less room than the next entries need.
    fill(disk);
    for (int minute = 20; minute < 60; minute++) {
      fixture.poll(at(60L * minute + 10), minute);
      fill(disk);
    }
    fixture.buffer.sync();
    assertThat(Files.size(disk.resolve("state"))).isZero();

    succeed("mount", "-o", "remount,size=1m", disk.toString());
    fixture.buffer.sync();
    fixture.buffer.close();

    assertThat(BufferFixture.in(disk, at(3_605)).buffer.depth().minutes()).isEqualTo(59);
    assertThat(log.messages())
        .satisfiesExactly(
            lost -> assertThat(lost).contains("lose pending minutes", "No space left on device"),
            kept -> assertThat(kept).contains("is kept on disk again"));
  }

  @Test
  void stateIsKeptInPlaceIfNoReplacementCanBeWritten() throws IOException {
    Files.createDirectories(directory.resolve("state.new/full"));

    BufferFixture.in(directory, START).poll(at(10), 4).poll(at(70), 5).buffer.close();

    assertThat(BufferFixture.in(directory, at(80)).buffer.depth().minutes()).isEqualTo(1);
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void removedStateIsWrittenAgain() throws IOException {
    BufferFixture fixture = BufferFixture.in(directory, START).poll(at(10), 4).poll(at(70), 5);
    Files.delete(directory.resolve("state"));

    fixture.buffer.sync();
    fixture.buffer.sync();
    fixture.poll(at(80), 6).buffer.close();

    assertThat(log.messages()).singleElement().asString().contains("removed", "file=state");
    BufferFixture next = BufferFixture.in(directory, at(90)).poll(at(100), 9);
    assertThat(increases(next, at(125))).containsExactly(5.0);
  }

  @Test
  void warningNamesWhatPreventsTheReplacement() throws IOException {
    BufferFixture fixture = BufferFixture.in(directory, START).poll(at(10), 4).poll(at(70), 5);
    Files.createDirectories(directory.resolve("state.new/full"));
    Files.delete(directory.resolve("state"));

    fixture.buffer.sync();
    fixture.buffer.close();

    assertThat(log.messages())
        .satisfiesExactly(
            removed -> assertThat(removed).contains("file=state"),
            lost -> assertThat(lost).contains("lose pending minutes", "state.new"));
  }

  @Test
  void directoryThatCannotBeUsedAfterItsRemovalIsNamedWithTheCause() throws IOException {
    Path place = directory.resolve("state-dir");
    BufferFixture fixture = BufferFixture.in(place, START).poll(at(10), 4);
    Files.move(place, directory.resolve("away"));
    Files.createFile(place);

    fixture.buffer.sync();
    fixture.buffer.sync();
    fixture.buffer.close();

    assertThat(log.messages())
        .satisfiesExactly(
            removed -> assertThat(removed).contains("file=lock"),
            lost -> assertThat(lost).contains("FileAlreadyExists", "state_dir=" + place));
  }

  @Test
  void closedBufferDoesNotWriteToTheFilesOfTheNextAgent() throws IOException {
    BufferFixture stopped = BufferFixture.in(directory, START).poll(at(10), 4).poll(at(70), 5);
    Batch batch = stopped.take(at(75));
    stopped.buffer.close();
    BufferFixture next = BufferFixture.in(directory, at(80)).poll(at(90), 6);
    byte[] state = Files.readAllBytes(directory.resolve("state"));

    stopped.buffer.acknowledge(batch);
    stopped.buffer.sync();

    assertThat(directory.resolve("state")).hasBinaryContent(state);
    next.buffer.sync();
    assertThat(log.messages()).noneMatch(line -> line.contains("another process"));
  }

  @Test
  void removedDirectoryIsMadeAgain() throws IOException {
    Path place = directory.resolve("state-dir");
    BufferFixture fixture = BufferFixture.in(place, START).poll(at(10), 4).poll(at(70), 5);
    Files.delete(place.resolve("state"));
    Files.delete(place.resolve("lock"));
    Files.delete(place);

    fixture.buffer.sync();
    fixture.buffer.sync();
    fixture.poll(at(80), 6).buffer.close();

    assertThat(log.messages())
        .satisfiesExactly(
            removed -> assertThat(removed).contains("removed", "file=lock"),
            kept -> assertThat(kept).contains("is kept on disk again"));
    assertThat(BufferFixture.in(place, at(90)).buffer.depth().minutes()).isEqualTo(1);
  }

  @Test
  void directoryThatWasMovedAwayAndBackIsNotReadAgain() throws IOException {
    Path place = directory.resolve("state-dir");
    Path elsewhere = directory.resolve("elsewhere");
    BufferFixture fixture = BufferFixture.in(place, START).poll(at(10), 4).poll(at(70), 5);
    Files.move(place, elsewhere);
    Files.createFile(place);
    fixture.buffer.sync();
    fixture.buffer.take(Receiver.CLOUDWATCH, at(80)).ifPresent(fixture.buffer::acknowledge);

    Files.delete(place);
    Files.move(elsewhere, place);
    fixture.buffer.sync();

    assertThat(fixture.buffer.depth().minutes()).isZero();
    fixture.buffer.close();
    assertThat(BufferFixture.in(place, at(90)).buffer.depth().minutes()).isZero();
  }

  @Test
  void removedLockIsHeldAgain() throws IOException {
    BufferFixture fixture = BufferFixture.in(directory, START).poll(at(10), 4);
    Files.delete(directory.resolve("lock"));

    fixture.buffer.sync();

    assertThat(isLocked()).isTrue();
    assertThat(log.messages()).first().asString().contains("removed", "file=lock");
    fixture.poll(at(70), 5).buffer.close();
    assertThat(BufferFixture.in(directory, at(80)).buffer.depth().minutes()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"state", "lock"})
  void fileThatIsNoRegularFileIsOneWarningAndIsNotTouched(String name) throws Exception {
    Path outside = Files.writeString(directory.resolve("outside"), OUTSIDE);
    for (String command :
        List.of("mkfifo %s", "mkdir %s", "ln -s " + outside + " %s", "ln -s /dev/zero %s")) {
      Path place = Files.createDirectory(directory.resolve("" + command.hashCode()));
      Path file = place.resolve(name);
      succeed("sh", "-c", command.formatted(file));
      Object before = Files.readAttributes(file, "unix:ino,mode", LinkOption.NOFOLLOW_LINKS);

      BufferFixture fixture = BufferFixture.in(place, START).poll(at(10), 4).poll(at(70), 5);
      fixture.buffer.sync();
      fixture.buffer.close();

      assertThat(fixture.buffer.depth().minutes()).isEqualTo(1);
      assertThat(Files.readAttributes(file, "unix:ino,mode", LinkOption.NOFOLLOW_LINKS))
          .isEqualTo(before);
      assertThat(log.messages())
          .last()
          .asString()
          .contains(file + " is not a regular file: remove it", "state_dir=" + place);
    }
    assertThat(outside).hasContent(OUTSIDE);
    assertThat(log.messages()).hasSize(4);
  }

  @Test
  void directoryThatIsALinkIsNotFollowed() throws IOException {
    Path target = Files.createDirectory(directory.resolve("target"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), target);

    BufferFixture fixture = BufferFixture.in(link, START).poll(at(10), 4).poll(at(70), 5);

    assertThat(fixture.buffer.depth().minutes()).isEqualTo(1);
    assertThat(target).isEmptyDirectory();
    assertThat(log.messages())
        .singleElement()
        .asString()
        .contains(link + " is a symbolic link: set --state-dir to the directory itself");
  }

  @ParameterizedTest
  @ValueSource(longs = {17L << 20, 1L << 30})
  void fileThatIsLargerThanAnyStateIsDiscardedUnread(long bytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(directory.resolve("state").toFile(), "rw")) {
      file.setLength(bytes);
    }

    BufferFixture.in(directory, START).poll(at(10), 4).poll(at(70), 5).buffer.close();

    assertThat(log.messages())
        .singleElement()
        .asString()
        .contains("larger than any state", "bytes=" + bytes);
    assertThat(Files.size(directory.resolve("state"))).isLessThan(100_000);
  }

  /** The start must not take longer than the probes of the pod permit. */
  @Test
  @Timeout(60)
  void fileWithManyMinutesIsReadQuickly() throws IOException {
    String state = "\"namespace\":\"Kubernetes/CNI\",\"dimensions\":[{\"CLUSTER_ID\":\"prod\"}]";
    long first = START.getEpochSecond() / 60 - 19_000;
    write(
        IntStream.range(0, 60_000)
            .mapToObj(
                i ->
                    "{\"waiting\":[{\"id\":%d,\"minute\":%d,%s,\"values\":[[\"eniAllocated\",1,\"COUNT\"]]}]}"
                        .formatted(i + 1, first + i % 19_000, state))
            .toArray(String[]::new));

    try (RecordedLog drops = new RecordedLog(PendingMinutes.class.getName())) {
      BufferFixture fixture = BufferFixture.in(directory, START);

      assertThat(fixture.buffer.depth().minutes()).isEqualTo(1_440);
      assertThat(drops.messages())
          .hasSizeBetween(1, 20)
          .allSatisfy(line -> assertThat(line).contains("reason=NO_ROOM"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-1",
        "153722867280912930",
        "9223372036854775807",
        "-9223372036854775808",
        "92233720368547758070",
        "1e300",
        "-1e300",
        "4223371680",
        "\"soon\"",
        "[]",
        "true"
      })
  void impossibleMinutesAreDamaged(String minute) throws IOException {
    String state = "\"namespace\":\"Kubernetes/CNI\",\"dimensions\":[{\"CLUSTER_ID\":\"prod\"}]";
    write(
        "{\"waiting\":[{\"id\":1,\"minute\":%s,%s,\"values\":[[\"eniAllocated\",1,\"COUNT\"]]}]}"
            .formatted(minute, state),
        "{\"state\":{\"instance\":\"i-1\",%s,\"lastMinute\":%s}}".formatted(state, minute),
        "{\"state\":{\"instance\":\"i-1\",%s,\"lastMinute\":1,\"minute\":%s}}"
            .formatted(state, minute),
        "{\"waiting\":[{\"id\":2,\"minute\":%d,%s,\"values\":[[\"eniAllocated\",1,\"COUNT\"]]}]}"
            .formatted(START.getEpochSecond() / 60 - 1, state));

    BufferFixture fixture = BufferFixture.in(directory, START).poll(at(10), 4).poll(at(70), 5);

    assertThat(fixture.take(at(80)).datums().stream().map(Datum::at)).containsOnly(at(-60), at(0));
    assertThat(log.messages()).singleElement().asString().contains("unreadable_lines=3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"4223371679", "1000000000", "0"})
  void farMinutesOfAWrongClockDoNotStopTheAgent(String minute) throws IOException {
    write(
        "{\"state\":{\"instance\":\"i-1\",\"namespace\":\"Kubernetes/CNI\",\"dimensions\":"
            + "[{\"CLUSTER_ID\":\"prod\"}],\"lastMinute\":"
            + minute
            + "}}");

    BufferFixture fixture = BufferFixture.in(directory, START).poll(at(70), 4).poll(at(130), 5);

    assertThat(increases(fixture, at(185))).containsExactly(1.0);
  }

  @Test
  void fileOfALaterReleaseIsRead() throws IOException {
    BufferFixture.in(directory, START).poll(at(10), 4).poll(at(70), 5).buffer.close();
    List<String> lines = Files.readAllLines(directory.resolve("state"));
    write(
        lines.stream()
            .map(line -> line.substring(9).replaceFirst("\\{", "{\"new\":{\"deep\":[true,null]},"))
            .toArray(String[]::new));

    assertThat(BufferFixture.in(directory, at(80)).buffer.depth().minutes()).isEqualTo(1);
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void nestedAndHugeLinesAreDamaged() throws IOException {
    write("{\"a\":" + "[".repeat(100_000), "{\"a\":[" + "0,".repeat(500_000) + "0]}", "{}");

    BufferFixture fixture = BufferFixture.in(directory, START).poll(at(10), 4).poll(at(70), 5);

    assertThat(fixture.buffer.depth().minutes()).isEqualTo(1);
    assertThat(log.messages()).singleElement().asString().contains("unreadable_lines=2");
  }

  /** The increases of one counter, in the order of their minutes. */
  private static List<Double> increases(BufferFixture fixture, Instant now) {
    fixture.buffer.closeEnded(now);
    return fixture.take(now).datums().stream()
        .filter(datum -> datum.metric().equals("ipamdErr"))
        .sorted((one, other) -> one.at().compareTo(other.at()))
        .map(Datum::value)
        .toList();
  }

  private boolean isLocked() throws IOException {
    try (FileChannel lock = FileChannel.open(directory.resolve("lock"), StandardOpenOption.WRITE);
        FileLock held = lock.tryLock()) {
      return held == null;
    } catch (OverlappingFileLockException e) {
      return true;
    }
  }

  /** Mounts a small disk, which needs the right to mount. */
  private Path disk(String size) throws IOException, InterruptedException {
    Path disk = Files.createDirectory(directory.resolve("disk"));
    assumeTrue(
        succeed("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", disk.toString()),
        "this user may not mount a disk");
    mounted.add(disk);
    return disk;
  }

  private static void fill(Path disk) throws IOException {
    try (OutputStream filler =
        Files.newOutputStream(
            disk.resolve("filler"), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      for (byte[] page = new byte[4_096]; page.length > 0; ) {
        filler.write(page);
      }
    } catch (IOException e) {
      // The disk is full.
    }
  }

  private static boolean succeed(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
  }

  /** Writes lines with right checksums. */
  private void write(String... entries) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String entry : entries) {
      CRC32 crc = new CRC32();
      crc.update(entry.getBytes(UTF_8));
      lines.add("%08x %s".formatted(crc.getValue(), entry));
    }
    Files.write(directory.resolve("state"), lines);
  }

  private static Instant at(long second) {
    return START.plusSeconds(second);
  }
}
