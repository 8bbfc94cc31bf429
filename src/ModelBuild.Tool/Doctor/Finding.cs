namespace ModelBuild.Tool.Doctor;

/// <summary>How a check ended.</summary>
internal enum Verdict
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Works, but not as well as it could.</summary>
    Hint,

    /// <summary>Does not work.</summary>
    Problem,
}

/// <summary>Result of one check.</summary>
/// <param name="Topic">Question of docs/faq.md that it belongs to, or <c>environment</c>.</param>
/// <param name="Verdict">How it ended.</param>
/// <param name="Text">What was found.</param>
/// <param name="Advice">What to do, or empty.</param>
internal sealed record Finding(string Topic, Verdict Verdict, string Text, string Advice = "");
