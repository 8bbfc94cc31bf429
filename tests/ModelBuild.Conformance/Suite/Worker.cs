using ModelBuild.Conformance.Engines;
using ModelBuild.Conformance.Formats;
using ModelBuild.Conformance.Models;

namespace ModelBuild.Conformance.Suite;

/// <summary>The verb <c>worker</c>: reads paths from standard input, one a line, and answers each with one marked line.</summary>
internal static class Worker
{
    /// <summary>Name of the job that checks files of any format.</summary>
    public const string FormatsJob = "formats";

    public static int Serve(string job)
    {
        Func<string, string> answer = job == FormatsJob
            ? FileChecker.Check
            : job.StartsWith(ModelsCommand.JobPrefix, StringComparison.Ordinal)
            ? path => ModelChecker.Check(EngineList.Find(job[ModelsCommand.JobPrefix.Length..])!, path)
            : path => CaseRunner.Run(EngineList.Find(job)!, path);
        while (Console.In.ReadLine() is { } path)
        {
            Console.Out.WriteLine(WorkerReply.Mark + answer(path));
            Console.Out.Flush();
        }

        return 0;
    }
}

/// <summary>The lines between runner and worker.</summary>
internal static class WorkerReply
{
    /// <summary>Starts an answer.</summary>
    public const string Mark = "\u0001result\t";

    public static string Format(Outcome outcome, string detail) => $"{outcome}\t{OneLine(detail)}";

    public static (Outcome Outcome, string Detail) Parse(string answer)
    {
        string[] parts = answer.Split('\t', 2);
        return (Enum.Parse<Outcome>(parts[0]), parts[1]);
    }

    /// <summary>A message without line ends and tabs.</summary>
    public static string OneLine(string text) => text.ReplaceLineEndings(" ").Replace('\t', ' ').Trim();
}
