using System.Reflection;
using System.Reflection.Emit;

namespace Engine.Tests.Architecture;

/// <summary>Which types a type uses, read from its members and from the instructions of its methods.</summary>
internal static class TypeUse
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<int, OpCode> OpCodesByValue = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value & 0xffff);

    /// <summary>The types that a type, and what the compiler nested in it, names or calls; each once.</summary>
    public static HashSet<Type> Of(Type type)
    {
        HashSet<Type> found = [];
        Collect(type, found);
        return found;
    }

    /// <summary>The type that stands in the source: not one that the compiler or a person nested in it.</summary>
    public static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static void Collect(Type type, HashSet<Type> found)
    {
        Add(type.BaseType, found);
        foreach (Type implemented in type.GetInterfaces())
        {
            Add(implemented, found);
        }

        foreach (FieldInfo field in type.GetFields(All))
        {
            Add(field.FieldType, found);
        }

        foreach (MethodBase method in type.GetMethods(All).Concat<MethodBase>(type.GetConstructors(All)))
        {
            Add(method, found);
            AddBody(type, method, found);
        }

        foreach (Type nested in type.GetNestedTypes(All))
        {
            Collect(nested, found);
        }
    }

    private static void AddBody(Type type, MethodBase method, HashSet<Type> found)
    {
        if (method.GetMethodBody() is not { } body)
        {
            return;
        }

        foreach (LocalVariableInfo local in body.LocalVariables)
        {
            Add(local.LocalType, found);
        }

        Type[] ofType = type.GetGenericArguments();
        Type[] ofMethod = method.IsGenericMethodDefinition ? method.GetGenericArguments() : [];
        byte[] code = body.GetILAsByteArray()!;
        for (int i = 0; i < code.Length;)
        {
            int value = code[i++];
            value = value == 0xfe ? 0xfe00 | code[i++] : value;
            OpCode instruction = OpCodesByValue[value];
            if (instruction.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
            {
                switch (type.Module.ResolveMember(BitConverter.ToInt32(code, i), ofType, ofMethod))
                {
                    case Type used:
                        Add(used, found);
                        break;
                    case FieldInfo field:
                        Add(field.DeclaringType, found);
                        Add(field.FieldType, found);
                        break;
                    case MethodBase called:
                        Add(called, found);
                        break;
                    default:
                        break;
                }
            }

            i += instruction.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, i)),
                _ => 4,
            };
        }
    }

    private static void Add(MethodBase method, HashSet<Type> found)
    {
        Add(method.DeclaringType, found);
        Add((method as MethodInfo)?.ReturnType, found);
        foreach (ParameterInfo parameter in method.GetParameters())
        {
            Add(parameter.ParameterType, found);
        }

        foreach (Type argument in method.IsGenericMethod ? method.GetGenericArguments() : [])
        {
            Add(argument, found);
        }
    }

    private static void Add(Type? type, HashSet<Type> found)
    {
        if (type is null || type.IsGenericParameter)
        {
            return;
        }

        if (type.HasElementType)
        {
            Add(type.GetElementType(), found);
            return;
        }

        foreach (Type argument in type.GenericTypeArguments)
        {
            Add(argument, found);
        }

        found.Add(Outermost(type.IsGenericType ? type.GetGenericTypeDefinition() : type));
    }
}
