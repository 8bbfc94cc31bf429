namespace ModelBuild.Kernels;

internal static partial class KernelList
{
    private static OperatorEntry[] Texts() =>
    [
        new("StringConcat", typeof(StringOperators)),
        new("StringSplit", typeof(StringOperators)),
        new("StringNormalizer", typeof(Normalizing)),
        new("RegexFullMatch", typeof(Matching)),
        new("TfIdfVectorizer", typeof(NGrams)),
    ];
}
