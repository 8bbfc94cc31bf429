using System.Globalization;
using System.Numerics;
using ModelBuild.Formats.PyTorch.Pickle;

namespace ModelBuild.Formats.PyTorch.Weights;

/// <summary>Finds the tensors in what a pickle holds: a state_dict, a checkpoint with one inside, or a whole module.</summary>
internal static class StateDictionary
{
    private const int MaxDepth = 200;
    private static readonly string[] s_wrappers = ["state_dict", "model_state_dict", "model_state", "model", "module", "net", "params_ema", "params"];
    private static readonly string[] s_moduleParts = ["_parameters", "_buffers", "_modules"];

    /// <summary>Names and tensors in the file's order; numbers and texts beside them go to <paramref name="metadata"/>.</summary>
    public static List<(string Name, PickleTensor Tensor)> Find(object? root, IDictionary<string, string> metadata)
    {
        var found = new List<(string, PickleTensor)>();
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        Walk(Unwrap(root), "", 0, found, seen, metadata);
        return found;
    }

    private static object? Unwrap(object? root)
    {
        if (root is PickleDictionary dictionary && !dictionary.Items.Any(i => i.Value is PickleTensor))
        {
            foreach (string wrapper in s_wrappers)
            {
                if (dictionary[wrapper] is PickleDictionary inner && inner.Items.Any(i => i.Value is PickleTensor))
                {
                    return inner;
                }

                if (dictionary[wrapper] is PickleObject module)
                {
                    return module;
                }
            }
        }

        return root;
    }

    private static void Walk(object? value, string name, int depth, List<(string, PickleTensor)> found, HashSet<object> seen, IDictionary<string, string> metadata)
    {
        if (value is PickleTensor tensor)
        {
            found.Add((name.Length > 0 ? name : "tensor", tensor));
            return;
        }

        if (value is null or string or long or double or bool or BigInteger)
        {
            if (name.Length > 0 && value is not null)
            {
                metadata[name] = Convert.ToString(value, CultureInfo.InvariantCulture)!;
            }

            return;
        }

        // A value may be in many places; a container inside itself must not be followed twice.
        if (depth > MaxDepth || !seen.Add(value))
        {
            return;
        }

        switch (value)
        {
            case PickleDictionary dictionary:
                foreach ((object? key, object? item) in dictionary.Items)
                {
                    Walk(item, Join(name, Convert.ToString(key, CultureInfo.InvariantCulture) ?? ""), depth + 1, found, seen, metadata);
                }

                break;
            case PickleObject { State: PickleDictionary state } when s_moduleParts.Any(state.Has):
                foreach (string part in s_moduleParts)
                {
                    Walk(state[part], name, depth + 1, found, seen, metadata);
                }

                break;
            case PickleObject module:
                Walk(module.State, name, depth + 1, found, seen, metadata);
                Walk(module.Items, name, depth + 1, found, seen, metadata);
                break;
            case PickleTuple tuple:
                Walk(tuple.Items, name, depth + 1, found, seen, metadata);
                break;
            case IReadOnlyList<object?> list:
                for (int i = 0; i < list.Count; i++)
                {
                    Walk(list[i], Join(name, i.ToString(CultureInfo.InvariantCulture)), depth + 1, found, seen, metadata);
                }

                break;
        }
    }

    private static string Join(string prefix, string name) => prefix.Length > 0 ? $"{prefix}.{name}" : name;
}
