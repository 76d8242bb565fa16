// SPDX-License-Identifier: MIT
import java.io.FileWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Trial serve MIB FILE: fills a table of so many MiB, then answers from it for ever, and appends each second "uptime answers" to a
 *  file. Trial leak MIB: keeps so many MiB a second for ever. */
class Trial {
	static String uptime() throws IOException {
		return new String(Files.readAllBytes(Paths.get("/proc/uptime"))).split(" ")[0];
	}

	static void leak(int mibPerSecond) throws InterruptedException {
		List<byte[]> kept = new ArrayList<>();
		for (;;) {
			kept.add(new byte[1 << 20]);
			Thread.sleep(1000 / mibPerSecond);
		}
	}

	static void serve(int mib, String file) throws IOException {
		Map<Integer, byte[]> table = new HashMap<>();
		Random random = new Random(1);
		long answers = 0, told = 0;
		int rows = 0;
		try (PrintWriter out = new PrintWriter(new FileWriter(file, true), true)) {
			for (;;) {
				if (rows < mib * 1024L)
					table.put(rows++, new byte[1000]);
				if (table.get(random.nextInt(rows))[0] == 0)
					answers++;
				if (System.nanoTime() - told > 1000000000L) {
					told = System.nanoTime();
					out.println(uptime() + " " + answers);
				}
			}
		}
	}

	public static void main(String[] args) throws Exception {
		if (args[0].equals("leak"))
			leak(Integer.parseInt(args[1]));
		else
			serve(Integer.parseInt(args[1]), args[2]);
	}
}
