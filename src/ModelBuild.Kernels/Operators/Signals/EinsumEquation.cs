namespace ModelBuild.Kernels;

/// <summary>
/// The equation of an Einsum, such as <c>bij,bjk->bik</c>. Labels are numbers: letters are <c>a..z</c>, <c>A..Z</c> as 0 to 51, the dimensions of an ellipsis follow, counted from the last.
/// </summary>
internal static class EinsumEquation
{
    /// <summary>Most labels that a term or an equation may have.</summary>
    public const int MaxLabels = 96;

    private const int Letters = 52;

    /// <summary>The text of one operand's term.</summary>
    /// <exception cref="KernelException">The equation has another number of terms.</exception>
    public static ReadOnlySpan<char> Term(string equation, int index, int count)
    {
        ReadOnlySpan<char> left = equation.AsSpan();
        int arrow = equation.IndexOf("->", StringComparison.Ordinal);
        left = arrow < 0 ? left : left[..arrow];
        int terms = 1 + left.Count(',');
        if (terms != count)
        {
            throw new KernelException($"Einsum '{equation}' has {terms} terms, and {count} tensors are given.");
        }

        for (; index > 0; index--)
        {
            left = left[(left.IndexOf(',') + 1)..];
        }

        int end = left.IndexOf(',');
        return end < 0 ? left : left[..end];
    }

    /// <summary>The labels of a term for a tensor of <paramref name="rank"/> dimensions.</summary>
    /// <returns>How many there are.</returns>
    /// <exception cref="KernelException">The term is damaged or has another number of dimensions.</exception>
    public static int Labels(string equation, ReadOnlySpan<char> term, int rank, Span<byte> labels)
    {
        int named = 0;
        bool dots = false;
        foreach (char c in term)
        {
            named += char.IsAsciiLetter(c) ? 1 : 0;
        }

        int count = 0;
        for (int i = 0; i < term.Length; i++)
        {
            char c = term[i];
            if (c == ' ')
            {
                continue;
            }

            if (term[i..].StartsWith("...") && !dots)
            {
                dots = true;
                i += 2;
                for (int left = rank - named; left > 0 && count < labels.Length && Letters + left <= MaxLabels; left--)
                {
                    labels[count++] = (byte)(Letters + left - 1);
                }
            }
            else if (char.IsAsciiLetter(c) && count < labels.Length)
            {
                labels[count++] = Label(c);
            }
            else
            {
                throw new KernelException($"Einsum can't read '{equation}'.");
            }
        }

        return count == rank && (dots || named == rank) ? count : throw new KernelException($"The term '{term}' of Einsum '{equation}' has {named} labels, and its tensor has {rank} dimensions.");
    }

    /// <summary>The labels of the result: those that the equation names, or the ellipsis and every letter that occurs once, in the alphabet's order.</summary>
    /// <param name="equation">The equation.</param>
    /// <param name="uses">How often each label occurs in the operands.</param>
    /// <param name="labels">Gets the labels.</param>
    /// <returns>How many there are.</returns>
    /// <exception cref="KernelException">A label is repeated, or no operand has it.</exception>
    public static int Result(string equation, ReadOnlySpan<int> uses, Span<byte> labels)
    {
        int dots = 0;
        for (int i = Letters; i < MaxLabels; i++)
        {
            dots = uses[i] > 0 ? i + 1 - Letters : dots;
        }

        int arrow = equation.IndexOf("->", StringComparison.Ordinal);
        int count = 0;
        if (arrow >= 0)
        {
            ReadOnlySpan<char> term = equation.AsSpan(arrow + 2);
            int named = 0;
            foreach (char c in term)
            {
                named += char.IsAsciiLetter(c) ? 1 : 0;
            }

            bool ellipsis = term.Contains("...", StringComparison.Ordinal);
            count = Labels(equation, term, named + (ellipsis ? dots : 0), labels);
            for (int i = 0; i < count; i++)
            {
                if (uses[labels[i]] == 0 || labels[..i].Contains(labels[i]))
                {
                    throw new KernelException($"The result of Einsum '{equation}' has a label twice, or one that no operand has.");
                }
            }

            return count;
        }

        for (int i = dots - 1; i >= 0; i--)
        {
            labels[count++] = (byte)(Letters + i);
        }

        // NumPy's order: capitals before small letters.
        for (char c = 'A'; c <= 'z'; c++)
        {
            if (char.IsAsciiLetter(c) && uses[Label(c)] == 1)
            {
                labels[count++] = Label(c);
            }
        }

        return count;
    }

    private static byte Label(char c) => (byte)(char.IsAsciiLetterLower(c) ? c - 'a' : c - 'A' + 26);
}
