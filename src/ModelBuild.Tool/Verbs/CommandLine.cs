using System.CommandLine;
using System.Diagnostics.CodeAnalysis;

namespace ModelBuild.Tool.Verbs;

/// <summary>The command line: finds the verb and its options.</summary>
internal static class CommandLine
{
    /// <summary>Every verb; a new one is a file of its own and a line here.</summary>
    private static readonly (string Name, Func<CancellationToken, Command> Create)[] s_verbs =
    [
        ("inspect", _ => InspectVerb.Create()),
        ("convert", _ => ConvertVerb.Create()),
        ("compress", CompressVerb.Create),
        ("run", RunVerb.Create),
        ("verify", VerifyVerb.Create),
        ("bench", BenchVerb.Create),
        ("doctor", DoctorVerb.Create),
        ("cache", _ => CacheVerb.Create()),
        ("describe", BuildVerbs.CreateDescribe),
        ("build", BuildVerbs.CreateBuild),
    ];

    /// <summary>Runs what the arguments ask for.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Every failure becomes one coded line.")]
    public static int Run(string[] args, CancellationToken cancellationToken)
    {
        var verbose = new Option<bool>("--verbose") { Description = "Print the stack trace of a defect.", Recursive = true };
        var root = new RootCommand("Looks into, converts, compresses, runs and compares models of neural networks.") { verbose };
        // Only the verb that was named is made, so that it starts sooner; all of them for help and for a verb that does not exist.
        bool known = args.Length > 0 && Array.Exists(s_verbs, v => v.Name == args[0]);
        foreach ((string name, Func<CancellationToken, Command> create) in s_verbs)
        {
            if (!known || name == args[0])
            {
                root.Add(create(cancellationToken));
            }
        }

        // "@file" belongs to describe and build.
        ParseResult result = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (result.Errors.Count > 0)
        {
            foreach (string message in result.Errors.Select(e => e.Message).Distinct())
            {
                Console.Error.WriteLine(message);
            }

            Console.Error.WriteLine($"'modelbuild {(result.CommandResult.Command is RootCommand ? "" : result.CommandResult.Command.Name + " ")}--help' shows what is possible.");
            return ExitCode.Usage;
        }

        Output.ErrorText.Verbose = result.GetValue(verbose);
        if (result.CommandResult.Command is RootCommand && args.Length == 0)
        {
            root.Parse(["--help"]).Invoke();
            return ExitCode.Usage;
        }

        try
        {
            return result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception e) when (e is not UsageException)
        {
            // What names no file is about the one that the verb works on.
            return Output.ErrorText.Report(e, args.Skip(1).FirstOrDefault(a => !a.StartsWith('-')) ?? "modelbuild");
        }
    }
}
