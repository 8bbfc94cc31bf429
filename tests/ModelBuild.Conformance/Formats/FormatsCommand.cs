using ModelBuild.Conformance.Suite;

namespace ModelBuild.Conformance.Formats;

/// <summary>The verb <c>formats</c>.</summary>
internal static class FormatsCommand
{
    public static int Run(string folder, ReadOnlySpan<string> args)
    {
        var options = new Options(args, "--tsv");
        if (!Directory.Exists(folder))
        {
            throw new UsageException($"There is no folder {folder}.");
        }

        string root = Path.GetFullPath(folder);
        var rows = new List<(string Path, FileReport Report)>();
        using (var worker = new WorkerProcess(Worker.FormatsJob))
        {
            foreach (string file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                string answer = worker.Ask($"{root}\t{file}");
                if (answer != FileChecker.NotAModel)
                {
                    rows.Add((Path.GetRelativePath(root, file).Replace('\\', '/'), FileReport.Parse(answer, file)));
                }
            }
        }

        string[] lines = [$"path\t{FileReport.Header}", .. rows.Select(r => $"{r.Path}\t{r.Report.ToLine()}")];
        if (options["--tsv"] is { } tsv)
        {
            File.WriteAllLines(tsv, lines);
        }

        Array.ForEach(lines, Console.WriteLine);
        Console.WriteLine();
        Console.WriteLine("| Format | Files | Read | Run | Agree |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var group in rows.GroupBy(r => r.Report.Format).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            Console.WriteLine($"| {group.Key} | {group.Count()} | {group.Count(r => r.Report.Read == "yes")} | {group.Count(r => r.Report.Run == "yes")} | {group.Count(r => r.Report.Agrees == "yes")} |");
        }

        return 0;
    }
}
